{ pkgs }:
pkgs.mkShell {
<<<<<<< ours
  buildInputs = [ pkgs.a pkgs.b ];
||||||| base
  buildInputs = [ pkgs.a ];
=======
  buildInputs = [ pkgs.a pkgs.c ];
>>>>>>> theirs
}
