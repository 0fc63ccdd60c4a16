module m;
  assign a = c;
endmodule
