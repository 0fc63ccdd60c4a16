module m;
  assign a = 1;
endmodule
