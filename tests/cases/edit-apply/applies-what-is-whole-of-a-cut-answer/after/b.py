import os
from src.greet import greet
print(greet())
