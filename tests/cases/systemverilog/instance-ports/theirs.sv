module m;
  a u(.x(1), .y(4));
endmodule
