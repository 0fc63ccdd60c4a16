{ pkgs }:
pkgs.mkShell {
  buildInputs = [ pkgs.a ];
}
