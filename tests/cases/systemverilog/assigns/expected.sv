module m;
  assign a = 1;
<<<<<<< ours
  assign b = 2;
||||||| base
=======
  assign c = 3;
>>>>>>> theirs
endmodule
