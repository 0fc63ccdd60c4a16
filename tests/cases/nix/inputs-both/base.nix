{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "x";
  buildInputs = [ ];
}
