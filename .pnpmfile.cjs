/**
 * The database client names its command line and a compiler as optional peers. It runs without either, and 230 MB
 * of them came into every image: pnpm links a peer that a workspace package has, even where only development asks.
 */
function readPackage(manifest) {
  if (manifest.name === '@prisma/client') {
    delete manifest.peerDependencies;
    delete manifest.peerDependenciesMeta;
  }
  return manifest;
}

module.exports = { hooks: { readPackage } };
