// In a long list, the row of the envelope that is being read is on the screen.
document.querySelector(".row[aria-current]")?.scrollIntoView({ block: "nearest" });
