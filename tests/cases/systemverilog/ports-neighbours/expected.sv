module m(
  input logic a,
  input logic b
);
endmodule
