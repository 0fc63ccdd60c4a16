{ stdenv, lib }:
stdenv
