// gopacket's package reassembly: streams of two directions. See gopacket.go.
package main

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/reassembly"
)

type reassembler struct {
	*reassembly.Assembler
}

func newAssembler(r *report) assembler {
	return reassembler{reassembly.NewAssembler(reassembly.NewStreamPool(factory{r}))}
}

// context tells the assembler when a packet was captured.
type context gopacket.CaptureInfo

func (c *context) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(*c) }

func (a reassembler) assemble(flow gopacket.Flow, segment *layers.TCP, info gopacket.CaptureInfo) {
	a.AssembleWithContext(flow, segment, (*context)(&info))
}

func (a reassembler) finish() { a.FlushAll() }

type factory struct{ report *report }

func (f factory) New(network, transport gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	return &stream{
		report:     f.report,
		fromClient: direction{network: network, transport: transport},
		fromServer: direction{network: network.Reverse(), transport: transport.Reverse()},
	}
}

type stream struct {
	report                 *report
	fromClient, fromServer direction
}

func (s *stream) Accept(
	_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence, _ *bool, _ reassembly.AssemblerContext,
) bool {
	return true
}

func (s *stream) ReassembledSG(pieces reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	length, _ := pieces.Lengths()
	side, _, _, _ := pieces.Info()
	d := &s.fromServer
	if side == reassembly.TCPDirClientToServer {
		d = &s.fromClient
	}
	s.report.add(d, pieces.Fetch(length))
}

func (s *stream) ReassemblyComplete(_ reassembly.AssemblerContext) bool {
	s.report.end(&s.fromClient)
	s.report.end(&s.fromServer)
	return true
}
