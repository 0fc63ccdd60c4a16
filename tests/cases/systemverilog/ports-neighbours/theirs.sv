module m(
  input a,
  input logic b
);
endmodule
