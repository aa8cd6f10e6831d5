// A locked page goes back to work by itself once another tab of this browser was unlocked.
const { back } = document.querySelector("[data-back]").dataset;
new BroadcastChannel("sceau").onmessage = ({ data }) => data === "act" && location.replace(back);
