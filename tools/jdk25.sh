# Sourced by celune and mvnw: sets JAVA_HOME to a JDK 25, or ends with one line that names what is missing.
# Looks at JAVA_HOME, then PATH, then where Linux distributions, macOS and SDKMAN put JDKs.

is_jdk25() {
  [ -n "$1" ] && [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    grep -q '^JAVA_VERSION="25[".+]' "$1/release"
  else
    "$1/bin/javac" -version 2>&1 | grep -q '^javac 25\([.+ -]\|$\)'
  fi
}

find_jdk25() (
  set +f
  on_path=
  if command -v java >/dev/null 2>&1; then
    on_path=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || :
  fi
  for home in "${JAVA_HOME-}" "$on_path" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/.sdkman/candidates/java/* /opt/java/* /opt/jdk*; do
    if is_jdk25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
)

if ! is_jdk25 "${JAVA_HOME-}"; then
  JAVA_HOME=$(find_jdk25) || {
    echo "Celune needs a JDK 25 and found none (JAVA_HOME, PATH, /usr/lib/jvm): install one, for example Temurin 25, or set JAVA_HOME" >&2
    exit 1
  }
  export JAVA_HOME
fi
