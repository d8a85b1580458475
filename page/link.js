"use strict";
// A link to the same place: the drawing, the section and what is chosen there, in the address's "#".

// What a section adds to a link. Its file puts here, under the section's id:
// - write(): its choices as one short text of letters, digits and ".,_-" ("" for none);
// - read(text): takes such a text, which may come from anyone, and chooses the same again. Returns
//   false where it is not one that write could have made, and then changes nothing.
const linkParts = {};
