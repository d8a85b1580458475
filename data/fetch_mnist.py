"""Let TensorFlow fetch MNIST into its cache; the trainer runs this where MNIST is not there yet."""
import socket

import tensorflow

socket.setdefaulttimeout(9)     # seconds without an answer
tensorflow.keras.datasets.mnist.load_data()
