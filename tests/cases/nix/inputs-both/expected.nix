{ lib, stdenv, openssl, fetchurl }:

stdenv.mkDerivation {
  pname = "x";
  src = fetchurl { };
  buildInputs = [ openssl ];
}
