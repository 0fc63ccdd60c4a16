module m;
<<<<<<< ours
  assign a = c;
||||||| base
  assign a = b;
=======
  assign a = d;
>>>>>>> theirs
endmodule
