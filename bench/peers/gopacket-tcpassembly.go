// gopacket's package tcpassembly: each direction is a stream of its own. See gopacket.go.
package main

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/tcpassembly"
)

type tcpAssembler struct {
	*tcpassembly.Assembler
}

func newAssembler(r *report) assembler {
	return tcpAssembler{tcpassembly.NewAssembler(tcpassembly.NewStreamPool(factory{r}))}
}

func (a tcpAssembler) assemble(flow gopacket.Flow, segment *layers.TCP, info gopacket.CaptureInfo) {
	a.AssembleWithTimestamp(flow, segment, info.Timestamp)
}

func (a tcpAssembler) finish() { a.FlushAll() }

type factory struct{ report *report }

func (f factory) New(network, transport gopacket.Flow) tcpassembly.Stream {
	return &stream{f.report, direction{network: network, transport: transport}}
}

type stream struct {
	report *report
	direction
}

func (s *stream) Reassembled(pieces []tcpassembly.Reassembly) {
	for _, piece := range pieces {
		s.report.add(&s.direction, piece.Bytes)
	}
}

func (s *stream) ReassemblyComplete() {
	s.report.end(&s.direction)
}
