module m;
  initial begin
    a = 1;
<<<<<<< ours
    b = 2;
||||||| base
=======
    c = 3;
>>>>>>> theirs
  end
endmodule
