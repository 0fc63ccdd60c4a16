module A
export a, b
end
