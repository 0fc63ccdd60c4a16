module m(
  input logic a,
  input b
);
endmodule
