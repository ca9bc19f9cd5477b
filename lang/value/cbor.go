package value

import (
	"encoding/binary"
	"math"
	"math/big"
	"unicode/utf8"
)

// The CBOR that values are stored as (RFC 8949) is deterministic: a value has
// one encoding, and the decoder takes no other. It follows section 4.2.1
// (shortest heads, shortest floats, no indefinite lengths) but for the order
// of an object's keys, which is part of the value and so is kept. It is
// written by hand because github.com/fxamacker/cbor, like Go's maps, has no
// ordered objects: each would be decoded member by member through raw copies.
//
// Text that is not UTF-8 is a byte string. What CBOR does not have is tagged,
// with tags of our own out of the range that is free for anyone to take.
const (
	tagFunc   = 61700 + iota // [nid, cnid, fun, line, tree, flavour] and, if there is one, place
	tagProc                  // [name, nid, line]
	tagTasker                // [name, line]
	tagRegex                 // [source, line]

	tagBig    = 2 // bytes of an integer beyond 64 bits
	tagNegBig = 3
)

// The major types.
const (
	cborUint = iota << 5
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborSimple
)

// The encodings of major type 7.
const (
	cborFalse   = 0xf4
	cborTrue    = 0xf5
	cborNull    = 0xf6
	cborFloat16 = 0xf9
	cborFloat32 = 0xfa
	cborFloat64 = 0xfb
)

// AppendCBOR appends v as CBOR, see [DecodeCBOR]. A function's Code is left
// out.
func AppendCBOR(dst []byte, v Value) []byte {
	switch v.kind {
	case KindNull:
		return append(dst, cborNull)
	case KindBool:
		if v.AsBool() {
			return append(dst, cborTrue)
		}
		return append(dst, cborFalse)
	case KindInt:
		return appendCBORInt(dst, v.AsInt())
	case KindBig:
		return appendCBORBig(dst, v.AsBig())
	case KindFloat:
		return appendCBORFloat(dst, v.AsFloat())
	case KindString:
		return appendCBORString(dst, v.AsString())
	case KindList:
		vals := v.AsList().Slice()
		dst = appendCBORHead(dst, cborArray, uint64(len(vals)))
		for _, e := range vals {
			dst = AppendCBOR(dst, e)
		}
		return dst
	case KindObject:
		ms := v.AsObject().Members()
		dst = appendCBORHead(dst, cborMap, uint64(len(ms)))
		for i := range ms {
			dst = appendCBORString(dst, ms[i].Key)
			dst = AppendCBOR(dst, ms[i].Value)
		}
		return dst
	case KindFunc:
		f, fields := v.AsFunc(), uint64(6)
		if f.Place != "" {
			fields++
		}
		dst = appendCBORString(appendCBORString(appendCBORTag(dst, tagFunc, fields), f.Nid), f.Cnid)
		dst = appendCBORInt(appendCBORInt(dst, f.Fun), int64(f.Line))
		dst = appendCBORString(appendCBORString(dst, f.Tree), f.OnFlavour)
		if f.Place != "" {
			dst = appendCBORString(dst, f.Place)
		}
		return dst
	case KindProc:
		p := v.AsProc()
		dst = appendCBORString(appendCBORString(appendCBORTag(dst, tagProc, 3), p.Name), p.Nid)
		return appendCBORInt(dst, int64(p.Line))
	case KindTasker:
		t := v.AsTasker()
		return appendCBORInt(appendCBORString(appendCBORTag(dst, tagTasker, 2), t.Name), int64(t.Line))
	}
	r := v.AsRegex()
	return appendCBORInt(appendCBORString(appendCBORTag(dst, tagRegex, 2), r.Source), int64(r.Line))
}

// appendCBORHead appends a major type with its argument.
func appendCBORHead(dst []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(dst, major|byte(n))
	case n <= math.MaxUint8:
		return append(dst, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), n)
}

// appendCBORTag appends a tag and the head of the array of n that it is on.
func appendCBORTag(dst []byte, tag uint64, n uint64) []byte {
	return appendCBORHead(appendCBORHead(dst, cborTag, tag), cborArray, n)
}

func appendCBORInt(dst []byte, i int64) []byte {
	if i < 0 {
		return appendCBORHead(dst, cborNegative, uint64(^i))
	}
	return appendCBORHead(dst, cborUint, uint64(i))
}

func appendCBORBig(dst []byte, i *big.Int) []byte {
	major, tag, n := byte(cborUint), uint64(tagBig), i
	if i.Sign() < 0 {
		major, tag, n = cborNegative, tagNegBig, new(big.Int).Not(i)
	}
	if n.IsUint64() {
		return appendCBORHead(dst, major, n.Uint64())
	}
	b := n.Bytes()
	return append(appendCBORHead(appendCBORHead(dst, cborTag, tag), cborBytes, uint64(len(b))), b...)
}

func appendCBORString(dst []byte, s string) []byte {
	major := byte(cborText)
	if !utf8.ValidString(s) {
		major = cborBytes
	}
	return append(appendCBORHead(dst, major, uint64(len(s))), s...)
}

// appendCBORFloat appends f in the shortest form that keeps it; there is one
// NaN.
func appendCBORFloat(dst []byte, f float64) []byte {
	if f != f {
		return append(dst, cborFloat16, 0x7e, 0)
	}
	single := float32(f)
	if float64(single) != f {
		return binary.BigEndian.AppendUint64(append(dst, cborFloat64), math.Float64bits(f))
	}
	if half, ok := toHalf(single); ok {
		return binary.BigEndian.AppendUint16(append(dst, cborFloat16), half)
	}
	return binary.BigEndian.AppendUint32(append(dst, cborFloat32), math.Float32bits(single))
}

// toHalf returns f as an IEEE 754 half, if that is exact.
func toHalf(f float32) (uint16, bool) {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	exp, frac := int(bits>>23&0xff)-127, bits&0x7fffff
	var half uint16
	switch {
	case f == 0:
	case exp == 128: // an infinity
		half = 0x7c00
	case exp >= -14 && exp <= 15:
		half = uint16(exp+15)<<10 | uint16(frac>>13)
	case exp >= -24 && exp < -14:
		half = uint16((frac | 1<<23) >> (-exp - 1))
	default:
		return 0, false
	}
	return sign | half, fromHalf(sign|half) == float64(f)
}

// fromHalf returns the value of an IEEE 754 half.
func fromHalf(h uint16) float64 {
	exp, frac := int(h>>10&0x1f), float64(h&0x3ff)
	f := math.Ldexp(frac, -24)
	switch exp {
	case 0:
	case 31:
		f = math.Inf(1)
		if frac != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(frac+1024, exp-25)
	}
	if h&0x8000 != 0 {
		return -f
	}
	return f
}
