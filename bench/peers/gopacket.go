// PROGRAM FILE [--passes N] [--directions FILE]
//
// What the two gopacket peers share: frames decoded into reused layers, fragments put together by ip4defrag, segments
// handed to the assembler that the other file of the program makes (gopacket-reassembly.go, gopacket-tcpassembly.go).
// The reader copies nothing; only fragments are copied, as ip4defrag keeps them. Everything begins anew with each pass.
// gopacket verifies no checksums here. Prints one JSON line with the total of the last pass.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/google/gopacket"
	"github.com/google/gopacket/ip4defrag"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

const readBytes = 1 << 20

// assembler is one of gopacket's two.
type assembler interface {
	assemble(flow gopacket.Flow, segment *layers.TCP, info gopacket.CaptureInfo)
	finish()
}

// report takes what the streams deliver: a total, and with --directions a line for each direction.
type report struct {
	bytes   uint64
	listing *bufio.Writer
}

// direction is what one direction of a stream carried.
type direction struct {
	network, transport gopacket.Flow
	bytes              uint64
	crc                uint32
}

func (r *report) add(d *direction, data []byte) {
	r.bytes += uint64(len(data))
	if r.listing != nil {
		d.bytes += uint64(len(data))
		d.crc = crc32.Update(d.crc, crc32.IEEETable, data)
	}
}

func (r *report) end(d *direction) {
	if r.listing != nil && d.bytes > 0 {
		source, destination := d.network.Endpoints()
		sourcePort, destinationPort := d.transport.Endpoints()
		fmt.Fprintf(r.listing, "%s|%s\t%s|%s\t%d\t%08x\n", source, sourcePort, destination, destinationPort, d.bytes, d.crc)
	}
}

func main() {
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	passes := flags.Int("passes", 1, "passes over the capture")
	directions := flags.String("directions", "", "file for a line per direction")
	if len(os.Args) < 2 {
		flags.Usage()
		os.Exit(2)
	}
	flags.Parse(os.Args[2:])
	r := &report{}
	if *directions != "" {
		file, err := os.Create(*directions)
		stopOn(err)
		defer file.Close()
		r.listing = bufio.NewWriter(file)
	}
	for pass := 0; pass < *passes; pass++ {
		r.bytes = 0
		stopOn(replay(os.Args[1], newAssembler(r)))
	}
	if r.listing != nil {
		stopOn(r.listing.Flush())
	}
	fmt.Printf("{\"bytes\":%d}\n", r.bytes)
}

func replay(path string, streams assembler) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	reader, err := pcapgo.NewReader(bufio.NewReaderSize(file, readBytes))
	if err != nil {
		return err
	}
	var ethernet layers.Ethernet
	var ip layers.IPv4
	var segment layers.TCP
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &ethernet, &ip, &segment)
	parser.IgnoreUnsupported = true
	decoded := []gopacket.LayerType{}
	fragments := ip4defrag.NewIPv4Defragmenter()
	for {
		data, info, err := reader.ZeroCopyReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if parser.DecodeLayers(data, &decoded) != nil || len(decoded) < 2 {
			continue
		}
		if len(decoded) == 3 {
			streams.assemble(ip.NetworkFlow(), &segment, info)
			continue
		}
		if datagram := defragment(fragments, ethernet.Payload, info); datagram != nil {
			if segment.DecodeFromBytes(datagram.Payload, gopacket.NilDecodeFeedback) == nil {
				streams.assemble(datagram.NetworkFlow(), &segment, info)
			}
		}
	}
	streams.finish()
	return nil
}

// defragment returns the datagram that the fragment completes, or nil.
func defragment(fragments *ip4defrag.IPv4Defragmenter, packet []byte, info gopacket.CaptureInfo) *layers.IPv4 {
	var fragment layers.IPv4
	if fragment.DecodeFromBytes(append([]byte(nil), packet...), gopacket.NilDecodeFeedback) != nil {
		return nil
	}
	datagram, err := fragments.DefragIPv4WithTimestamp(&fragment, info.Timestamp)
	if err != nil {
		return nil
	}
	return datagram
}

func stopOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
