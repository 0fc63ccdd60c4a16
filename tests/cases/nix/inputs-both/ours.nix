{ lib, stdenv, openssl }:

stdenv.mkDerivation {
  pname = "x";
  buildInputs = [ openssl ];
}
