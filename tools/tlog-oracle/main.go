// Answers what the Go implementations say of trees, tiles, proofs and notes: one command a line on standard input, one line on standard output.
// The tests of ai.celune.audit.tlog compare Java with it. Blobs and hashes are base64, "-" stands for an empty list.
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	cosigned "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const refused = "refused"

var (
	size   int64
	stored hashes
)

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = h[index]
	}
	return found, nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		words := strings.Split(lines.Text(), " ")
		fmt.Println(answer(words[0], words[1:]))
	}
}

func answer(command string, words []string) string {
	switch command {
	case "reset":
		size, stored = 0, nil
		return "ok"
	case "append":
		for _, word := range words {
			add(blob(word))
		}
		return "ok"
	case "grow":
		for size < number(words[0]) {
			add([]byte("entry " + strconv.FormatInt(size, 10)))
		}
		return "ok"
	case "root":
		root, err := tlog.TreeHash(number(words[0]), stored)
		return either(root.String(), err)
	case "inclusion":
		proof, err := tlog.ProveRecord(number(words[0]), number(words[1]), stored)
		return either(list(proof), err)
	case "consistency":
		proof, err := tlog.ProveTree(number(words[0]), number(words[1]), stored)
		return either(list(proof), err)
	case "check-inclusion":
		return either("ok", tlog.CheckRecord(proof(words[4]), number(words[0]), hash(words[1]), number(words[2]), hash(words[3])))
	case "check-consistency":
		return either("ok", tlog.CheckTree(proof(words[4]), number(words[0]), hash(words[1]), number(words[2]), hash(words[3])))
	case "tiles":
		return tiles(number(words[0]), number(words[1]))
	case "path":
		return path(strings.Join(words, " "))
	case "vkey":
		_, err := cosigned.NewVerifier(string(blob(words[0])))
		return either("ok", err)
	case "generate":
		skey, vkey, err := note.GenerateKey(rand.Reader, words[0])
		return either(skey+" "+vkey, err)
	case "sign":
		signer, err := note.NewSigner(words[0])
		must(err)
		return sign(signer, blob(words[1]))
	case "cosign":
		signer, err := cosigned.NewSignerForCosignatureV1(words[0])
		must(err)
		return sign(signer, blob(words[1]))
	case "open":
		return open(blob(words[0]), words[1:])
	case "checkpoint":
		verifier, err := note.NewVerifier(words[2])
		must(err)
		head, _, _, err := log.ParseCheckpoint(blob(words[0]), string(blob(words[1])), verifier)
		if err != nil {
			return refused
		}
		return fmt.Sprintf("%d %s", head.Size, base64.StdEncoding.EncodeToString(head.Hash))
	}
	panic("no command " + command)
}

func add(entry []byte) {
	more, err := tlog.StoredHashes(size, entry, stored)
	must(err)
	stored = append(stored, more...)
	size++
}

// The tiles that a tree of newSize has and one of oldSize has not, each with the hash of its data.
func tiles(oldSize, newSize int64) string {
	var all []string
	for _, tile := range tlog.NewTiles(8, oldSize, newSize) {
		data, err := tlog.ReadTileData(tile, stored)
		must(err)
		sum := sha256.Sum256(data)
		all = append(all, c2sp(tile)+"="+base64.StdEncoding.EncodeToString(sum[:]))
	}
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, " ")
}

// C2SP leaves out the height, which is always 8, and calls data entries.
func c2sp(tile tlog.Tile) string {
	return strings.Replace(strings.Replace(tile.Path(), "tile/8/", "tile/", 1), "/data/", "/entries/", 1)
}

func path(path string) string {
	rest, found := strings.CutPrefix(path, "tile/")
	if !found || strings.HasPrefix(rest, "data/") {
		return refused
	}
	if entries, found := strings.CutPrefix(rest, "entries/"); found {
		rest = "data/" + entries
	}
	tile, err := tlog.ParseTilePath("tile/8/" + rest)
	if err != nil || tile.L > 63 {
		return refused
	}
	return fmt.Sprintf("%d %d %d", tile.L, tile.N, tile.W)
}

func sign(signer note.Signer, text []byte) string {
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	return either(base64.StdEncoding.EncodeToString(signed), err)
}

// "loose" is said of a note that is accepted although the specification does not want it to be: see once and strict.
func open(signed []byte, vkeys []string) string {
	var verifiers []note.Verifier
	for _, vkey := range vkeys {
		verifier, err := cosigned.NewVerifier(vkey)
		must(err)
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return refused
	}
	if !strict(signed) || !once(signed) {
		return "loose"
	}
	names := []string{base64.StdEncoding.EncodeToString([]byte(opened.Text))}
	for _, signature := range opened.Sigs {
		names = append(names, fmt.Sprintf("%s+%08x", signature.Name, signature.Hash))
	}
	return strings.Join(names, " ")
}

// Go reads base64 whose last character has stray bits.
func strict(signed []byte) bool {
	for _, signature := range signatures(signed) {
		if _, err := base64.StdEncoding.Strict().DecodeString(signature[strings.LastIndex(signature, " ")+1:]); err != nil {
			return false
		}
	}
	return true
}

// Go looks at the first signature of a known key alone.
func once(signed []byte) bool {
	seen := map[string]bool{}
	for _, signature := range signatures(signed) {
		key := signature
		if blank := strings.LastIndex(signature, " ") + 6; blank < len(signature) {
			key = signature[:blank]
		}
		if seen[key] {
			return false
		}
		seen[key] = true
	}
	return true
}

func signatures(signed []byte) []string {
	all := string(signed)
	return strings.Split(strings.TrimSuffix(all[strings.LastIndex(all, "\n\n")+2:], "\n"), "\n")
}

func list[T ~[]tlog.Hash](proof T) string {
	var all []string
	for _, hash := range proof {
		all = append(all, hash.String())
	}
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, ",")
}

func proof(word string) []tlog.Hash {
	var all []tlog.Hash
	if word != "-" {
		for _, each := range strings.Split(word, ",") {
			all = append(all, hash(each))
		}
	}
	return all
}

func hash(word string) tlog.Hash {
	parsed, err := tlog.ParseHash(word)
	must(err)
	return parsed
}

func blob(word string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(word)
	must(err)
	return bytes
}

func number(word string) int64 {
	parsed, err := strconv.ParseInt(word, 10, 64)
	must(err)
	return parsed
}

func either(answer string, err error) string {
	if err != nil {
		return refused
	}
	return answer
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
