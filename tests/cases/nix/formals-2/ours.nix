{ stdenv, lib, a }:
stdenv
