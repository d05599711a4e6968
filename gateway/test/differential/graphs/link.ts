/** Federation 2.9 with all that the graphs of this folder use. */
export const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@external", "@provides", "@shareable", "@inaccessible", "@override", "@interfaceObject"])`;
