module m;
  a u(.x(1), .y(2));
endmodule
