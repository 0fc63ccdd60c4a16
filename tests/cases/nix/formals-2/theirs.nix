{ stdenv, lib, b }:
stdenv
