module m;
  assign a = 1;
  assign c = 3;
endmodule
