{ stdenv, lib, a, b }:
stdenv
