module m(
  input a,
  input b
);
endmodule
