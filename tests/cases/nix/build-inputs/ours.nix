{ pkgs }:
pkgs.mkShell {
  buildInputs = [ pkgs.a pkgs.b ];
}
