{ pkgs }:
pkgs.mkShell {
  buildInputs = [ pkgs.a pkgs.c ];
}
