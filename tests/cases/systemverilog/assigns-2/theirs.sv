module m;
  assign a = d;
endmodule
