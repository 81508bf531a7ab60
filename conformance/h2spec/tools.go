//go:build tools

// Package h2spec pins the suite that HTTP/2 servers are held to.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
