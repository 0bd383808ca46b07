package format

import "fmt"

// A MessageType says what an object header message holds (section IV.A.2).
type MessageType uint16

// The message types of the specification.
const (
	MsgNil           MessageType = 0x00 // unused space
	MsgDataspace     MessageType = 0x01
	MsgLinkInfo      MessageType = 0x02
	MsgDatatype      MessageType = 0x03
	MsgFillOld       MessageType = 0x04
	MsgFill          MessageType = 0x05
	MsgLink          MessageType = 0x06
	MsgExternalFiles MessageType = 0x07
	MsgLayout        MessageType = 0x08
	MsgBogus         MessageType = 0x09 // written by HDF5's own tests only
	MsgGroupInfo     MessageType = 0x0A
	MsgFilters       MessageType = 0x0B
	MsgAttribute     MessageType = 0x0C
	MsgComment       MessageType = 0x0D
	MsgModTimeOld    MessageType = 0x0E
	MsgSharedTable   MessageType = 0x0F
	MsgContinuation  MessageType = 0x10
	MsgSymbolTable   MessageType = 0x11
	MsgModTime       MessageType = 0x12
	MsgBTreeK        MessageType = 0x13
	MsgDriverInfo    MessageType = 0x14
	MsgAttributeInfo MessageType = 0x15
	MsgRefCount      MessageType = 0x16
	MsgFileSpaceInfo MessageType = 0x17
	MsgCacheImage    MessageType = 0x18

	lastMessageType = MsgCacheImage
)

var messageNames = [...]string{
	MsgNil: "nil", MsgDataspace: "dataspace", MsgLinkInfo: "link info", MsgDatatype: "datatype",
	MsgFillOld: "old fill value", MsgFill: "fill value", MsgLink: "link", MsgExternalFiles: "external files",
	MsgLayout: "data layout", MsgBogus: "bogus", MsgGroupInfo: "group info", MsgFilters: "filter pipeline",
	MsgAttribute: "attribute", MsgComment: "comment", MsgModTimeOld: "old modification time",
	MsgSharedTable: "shared message table", MsgContinuation: "continuation", MsgSymbolTable: "symbol table",
	MsgModTime: "modification time", MsgBTreeK: "B-tree K values", MsgDriverInfo: "driver info",
	MsgAttributeInfo: "attribute info", MsgRefCount: "reference count", MsgFileSpaceInfo: "file space info",
	MsgCacheImage: "metadata cache image",
}

// String returns the message's name as the specification has it.
func (t MessageType) String() string {
	if int(t) < len(messageNames) {
		return messageNames[t]
	}
	return fmt.Sprintf("message type %#x", uint16(t))
}

// Bits of [Message].Flags (section IV.A.1.a) that a writer sets.
const (
	MessageConstant  = 1 << 0 // the data never change: datatype, fill value, filters, group info
	MessageDontShare = 1 << 2 // the message must not go to the file's shared message heap
)

// Bits of [Message].Flags that matter to a reader.
const (
	messageShared        = 1 << 1 // Data is a Shared record
	messageFailIfUnknown = 1 << 7 // an application that does not know the type must not open the object
)

// A Message is one message of an object header, undecoded.
type Message struct {
	Type          MessageType
	Flags         uint8
	CreationOrder uint16 // 0 where the header does not track it
	Data          []byte // aliases the fetched block; may end in padding
}

// Shared reports whether Data is not the message itself but a record for
// [DecodeShared] that says where the message is.
func (m Message) Shared() bool { return m.Flags&messageShared != 0 }
