{ lib, stdenv, fetchurl }:

stdenv.mkDerivation {
  pname = "x";
  src = fetchurl { };
  buildInputs = [ ];
}
