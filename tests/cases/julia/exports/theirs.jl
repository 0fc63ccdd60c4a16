module A
export a, b, d
end
