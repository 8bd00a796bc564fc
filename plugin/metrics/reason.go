package metrics

import "winevent/outputs"

// Reason is why something stands in the dead letter file.
type Reason uint8

// The reasons. Those from refused on are the destination's: see Refused.
const (
	// CorruptChunk is the rest of a chunk that cannot be read.
	CorruptChunk Reason = iota
	// InternalFault is a fault of winevent's while it made the document.
	InternalFault
	refused
)

// Reasons is how many reasons there are.
const Reasons = int(refused) + outputs.Refusals

// Refused is the reason of a document that the destination will never take.
func Refused(r outputs.Refusal) Reason { return refused + Reason(r) }

// reasonNames are the values of the label reason.
var reasonNames = [Reasons]string{
	CorruptChunk:                              "corrupt_chunk",
	InternalFault:                             "internal_fault",
	refused + Reason(outputs.RefusedOther):    "refused",
	refused + Reason(outputs.RefusedTooLarge): "refused_too_large",
	refused + Reason(outputs.RefusedInvalid):  "refused_invalid",
	refused + Reason(outputs.RefusedMapping):  "refused_mapping",
}
