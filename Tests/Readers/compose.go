// Reads dotenv files with Compose v2's own package: one JSON object a line in, one out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"
)

type question struct {
	File        []byte            `json:"file"` // base64
	Environment map[string]string `json:"environment"`
}

type answer struct {
	Values  map[string][]byte `json:"values"` // base64
	Refused string            `json:"refused,omitempty"`
}

func main() {
	logrus.SetLevel(logrus.PanicLevel)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		values, err := dotenv.ParseWithLookup(bytes.NewReader(asked.File), func(name string) (string, bool) {
			value, found := asked.Environment[name]
			return value, found
		})
		result := answer{Values: map[string][]byte{}}
		if err != nil {
			result.Refused = err.Error()
		} else {
			for key, value := range values {
				result.Values[key] = []byte(value)
			}
		}
		if err := out.Encode(result); err != nil {
			panic(err)
		}
	}
}
