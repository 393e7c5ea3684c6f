# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.layers.activations.rectifiers import ELU as _ELU
from cornu.layers.activations.rectifiers import LeakyReLU as _LeakyReLU
from cornu.layers.activations.rectifiers import PReLU as _PReLU
from cornu.layers.activations.rectifiers import ReLU as _ReLU
from cornu.layers.activations.softmax import Softmax as _Softmax
from cornu.layers.attention.attention import AdditiveAttention as _AdditiveAttention
from cornu.layers.attention.attention import Attention as _Attention
from cornu.layers.attention.group_query_attention import GroupQueryAttention as _GroupQueryAttention
from cornu.layers.attention.multi_head_attention import MultiHeadAttention as _MultiHeadAttention
from cornu.layers.convolution.conv import Conv1D as _Conv1D
from cornu.layers.convolution.conv import Conv2D as _Conv2D
from cornu.layers.convolution.conv import Conv3D as _Conv3D
from cornu.layers.convolution.conv_transpose import Conv1DTranspose as _Conv1DTranspose
from cornu.layers.convolution.conv_transpose import Conv2DTranspose as _Conv2DTranspose
from cornu.layers.convolution.conv_transpose import Conv3DTranspose as _Conv3DTranspose
from cornu.layers.convolution.depthwise_conv import DepthwiseConv1D as _DepthwiseConv1D
from cornu.layers.convolution.depthwise_conv import DepthwiseConv2D as _DepthwiseConv2D
from cornu.layers.convolution.separable_conv import SeparableConv1D as _SeparableConv1D
from cornu.layers.convolution.separable_conv import SeparableConv2D as _SeparableConv2D
from cornu.layers.core.dense import Dense as _Dense
from cornu.layers.core.einsum_dense import EinsumDense as _EinsumDense
from cornu.layers.core.elementary import Activation as _Activation
from cornu.layers.core.elementary import Identity as _Identity
from cornu.layers.core.elementary import Masking as _Masking
from cornu.layers.core.embedding import Embedding as _Embedding
from cornu.layers.core.embedding import ReversibleEmbedding as ReversibleEmbedding
from cornu.layers.core.function_layer import Lambda as _Lambda
from cornu.layers.core.input_layer import Input as Input
from cornu.layers.core.input_layer import InputLayer as InputLayer
from cornu.layers.core.wrapper import Wrapper as _Wrapper
from cornu.layers.input_spec import InputSpec as _InputSpec
from cornu.layers.layer import Layer as Layer
from cornu.layers.merging.concatenate import Concatenate as _Concatenate
from cornu.layers.merging.concatenate import concatenate as concatenate
from cornu.layers.merging.dot import Dot as _Dot
from cornu.layers.merging.dot import dot as dot
from cornu.layers.merging.elementwise import Add as _Add
from cornu.layers.merging.elementwise import Average as _Average
from cornu.layers.merging.elementwise import Maximum as _Maximum
from cornu.layers.merging.elementwise import Minimum as _Minimum
from cornu.layers.merging.elementwise import Multiply as _Multiply
from cornu.layers.merging.elementwise import Subtract as _Subtract
from cornu.layers.merging.elementwise import add as add
from cornu.layers.merging.elementwise import average as average
from cornu.layers.merging.elementwise import maximum as maximum
from cornu.layers.merging.elementwise import minimum as minimum
from cornu.layers.merging.elementwise import multiply as multiply
from cornu.layers.merging.elementwise import subtract as subtract
from cornu.layers.normalization.batch_normalization import BatchNormalization as _BatchNormalization
from cornu.layers.normalization.group_normalization import GroupNormalization as _GroupNormalization
from cornu.layers.normalization.layer_normalization import LayerNormalization as _LayerNormalization
from cornu.layers.normalization.layer_normalization import RMSNormalization as _RMSNormalization
from cornu.layers.normalization.layer_normalization import UnitNormalization as _UnitNormalization
from cornu.layers.normalization.spectral_normalization import SpectralNormalization as _SpectralNormalization
from cornu.layers.pooling.adaptive import AdaptiveAveragePooling1D as _AdaptiveAveragePooling1D
from cornu.layers.pooling.adaptive import AdaptiveAveragePooling2D as _AdaptiveAveragePooling2D
from cornu.layers.pooling.adaptive import AdaptiveAveragePooling3D as _AdaptiveAveragePooling3D
from cornu.layers.pooling.adaptive import AdaptiveMaxPooling1D as _AdaptiveMaxPooling1D
from cornu.layers.pooling.adaptive import AdaptiveMaxPooling2D as _AdaptiveMaxPooling2D
from cornu.layers.pooling.adaptive import AdaptiveMaxPooling3D as _AdaptiveMaxPooling3D
from cornu.layers.pooling.global_pooling import GlobalAveragePooling1D as _GlobalAveragePooling1D
from cornu.layers.pooling.global_pooling import GlobalAveragePooling2D as _GlobalAveragePooling2D
from cornu.layers.pooling.global_pooling import GlobalAveragePooling3D as _GlobalAveragePooling3D
from cornu.layers.pooling.global_pooling import GlobalMaxPooling1D as _GlobalMaxPooling1D
from cornu.layers.pooling.global_pooling import GlobalMaxPooling2D as _GlobalMaxPooling2D
from cornu.layers.pooling.global_pooling import GlobalMaxPooling3D as _GlobalMaxPooling3D
from cornu.layers.pooling.pooling import AveragePooling1D as _AveragePooling1D
from cornu.layers.pooling.pooling import AveragePooling2D as _AveragePooling2D
from cornu.layers.pooling.pooling import AveragePooling3D as _AveragePooling3D
from cornu.layers.pooling.pooling import MaxPooling1D as _MaxPooling1D
from cornu.layers.pooling.pooling import MaxPooling2D as _MaxPooling2D
from cornu.layers.pooling.pooling import MaxPooling3D as _MaxPooling3D
from cornu.layers.preprocessing.categories import CategoryEncoding as _CategoryEncoding
from cornu.layers.preprocessing.discretization import Discretization as _Discretization
from cornu.layers.preprocessing.hashing import HashedCrossing as _HashedCrossing
from cornu.layers.preprocessing.hashing import Hashing as _Hashing
from cornu.layers.preprocessing.integer_lookup import IntegerLookup as _IntegerLookup
from cornu.layers.preprocessing.scales import Normalization as _Normalization
from cornu.layers.preprocessing.scales import Rescaling as _Rescaling
from cornu.layers.preprocessing.string_lookup import StringLookup as _StringLookup
from cornu.layers.preprocessing.text_vectorization import TextVectorization as _TextVectorization
from cornu.layers.regularization.activity_regularization import ActivityRegularization as _ActivityRegularization
from cornu.layers.regularization.dropout import Dropout as _Dropout
from cornu.layers.regularization.dropout import SpatialDropout1D as SpatialDropout1D
from cornu.layers.regularization.dropout import SpatialDropout2D as SpatialDropout2D
from cornu.layers.regularization.dropout import SpatialDropout3D as SpatialDropout3D
from cornu.layers.regularization.noise import AlphaDropout as _AlphaDropout
from cornu.layers.regularization.noise import GaussianDropout as _GaussianDropout
from cornu.layers.regularization.noise import GaussianNoise as _GaussianNoise
from cornu.layers.reshaping.margins import Cropping1D as _Cropping1D
from cornu.layers.reshaping.margins import Cropping2D as _Cropping2D
from cornu.layers.reshaping.margins import Cropping3D as _Cropping3D
from cornu.layers.reshaping.margins import ZeroPadding1D as _ZeroPadding1D
from cornu.layers.reshaping.margins import ZeroPadding2D as _ZeroPadding2D
from cornu.layers.reshaping.margins import ZeroPadding3D as _ZeroPadding3D
from cornu.layers.reshaping.permute import Permute as _Permute
from cornu.layers.reshaping.repeat_vector import RepeatVector as _RepeatVector
from cornu.layers.reshaping.reshape import Flatten as _Flatten
from cornu.layers.reshaping.reshape import Reshape as _Reshape
from cornu.layers.reshaping.up_sampling import UpSampling1D as _UpSampling1D
from cornu.layers.reshaping.up_sampling import UpSampling2D as _UpSampling2D
from cornu.layers.reshaping.up_sampling import UpSampling3D as _UpSampling3D
from cornu.layers.rnn.bidirectional import Bidirectional as _Bidirectional
from cornu.layers.rnn.gru import GRU as _GRU
from cornu.layers.rnn.gru import GRUCell as _GRUCell
from cornu.layers.rnn.lstm import LSTM as _LSTM
from cornu.layers.rnn.lstm import LSTMCell as _LSTMCell
from cornu.layers.rnn.rnn import RNN as _RNN
from cornu.layers.rnn.simple_rnn import SimpleRNN as _SimpleRNN
from cornu.layers.rnn.simple_rnn import SimpleRNNCell as _SimpleRNNCell
from cornu.layers.rnn.stacked_rnn_cells import StackedRNNCells as _StackedRNNCells
from cornu.layers.rnn.time_distributed import TimeDistributed as _TimeDistributed

class Activation(_Activation):
    def __init__(
        self,
        activation: Any,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class ActivityRegularization(_ActivityRegularization):
    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdaptiveAveragePooling1D(_AdaptiveAveragePooling1D):
    def __init__(
        self,
        output_size: Any,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdaptiveAveragePooling2D(_AdaptiveAveragePooling2D):
    def __init__(
        self,
        output_size: Any,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdaptiveAveragePooling3D(_AdaptiveAveragePooling3D):
    def __init__(
        self,
        output_size: Any,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdaptiveMaxPooling1D(_AdaptiveMaxPooling1D):
    def __init__(
        self,
        output_size: Any,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdaptiveMaxPooling2D(_AdaptiveMaxPooling2D):
    def __init__(
        self,
        output_size: Any,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdaptiveMaxPooling3D(_AdaptiveMaxPooling3D):
    def __init__(
        self,
        output_size: Any,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Add(_Add):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AdditiveAttention(_AdditiveAttention, Attention):
    def __init__(
        self,
        use_scale: bool = True,
        dropout: float = 0.0,
        *,
        seed: int | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AlphaDropout(_AlphaDropout):
    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Attention(_Attention):
    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Average(_Average):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AveragePooling1D(_AveragePooling1D):
    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AveragePooling2D(_AveragePooling2D):
    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class AveragePooling3D(_AveragePooling3D):
    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class BatchNormalization(_BatchNormalization):
    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Bidirectional(_Bidirectional):
    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class CategoryEncoding(_CategoryEncoding):
    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Concatenate(_Concatenate):
    def __init__(
        self,
        axis: int = -1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Conv1D(_Conv1D):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Conv1DTranspose(_Conv1DTranspose):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Conv2D(_Conv2D):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = ...,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = ...,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Conv2DTranspose(_Conv2DTranspose):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = ...,
        padding: Any = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = ...,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Conv3D(_Conv3D):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = ...,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = ...,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Conv3DTranspose(_Conv3DTranspose):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = ...,
        padding: Any = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = ...,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Cropping1D(_Cropping1D):
    def __init__(
        self,
        cropping: Any = ...,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Cropping2D(_Cropping2D):
    def __init__(
        self,
        cropping: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Cropping3D(_Cropping3D):
    def __init__(
        self,
        cropping: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Dense(_Dense):
    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class DepthwiseConv1D(_DepthwiseConv1D):
    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class DepthwiseConv2D(_DepthwiseConv2D):
    def __init__(
        self,
        kernel_size: Any,
        strides: Any = ...,
        padding: Any = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = ...,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Discretization(_Discretization):
    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Dot(_Dot):
    def __init__(
        self,
        axes: Any,
        normalize: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Dropout(_Dropout):
    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class ELU(_ELU):
    def __init__(
        self,
        alpha: float = 1.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class EinsumDense(_EinsumDense):
    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Embedding(_Embedding):
    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        *,
        input_length: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Flatten(_Flatten):
    def __init__(
        self,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GRU(_GRU, RNN):
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        *,
        zero_output_for_mask: bool = False,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GRUCell(_GRUCell):
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GaussianDropout(_GaussianDropout):
    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GaussianNoise(_GaussianNoise):
    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GlobalAveragePooling1D(_GlobalAveragePooling1D):
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GlobalAveragePooling2D(_GlobalAveragePooling2D):
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GlobalAveragePooling3D(_GlobalAveragePooling3D):
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GlobalMaxPooling1D(_GlobalMaxPooling1D):
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GlobalMaxPooling2D(_GlobalMaxPooling2D):
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GlobalMaxPooling3D(_GlobalMaxPooling3D):
    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GroupNormalization(_GroupNormalization):
    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class GroupQueryAttention(_GroupQueryAttention):
    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class HashedCrossing(_HashedCrossing):
    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: Any = None,
        dtype: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Hashing(_Hashing):
    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Identity(_Identity):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class InputSpec(_InputSpec):
    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Any = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None: ...

class IntegerLookup(_IntegerLookup):
    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class LSTM(_LSTM, RNN):
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        *,
        zero_output_for_mask: bool = False,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class LSTMCell(_LSTMCell):
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Lambda(_Lambda):
    def __init__(
        self,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class LayerNormalization(_LayerNormalization):
    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        *,
        rms_scaling: bool = False,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class LeakyReLU(_LeakyReLU):
    def __init__(
        self,
        negative_slope: float = 0.3,
        *,
        alpha: float | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Masking(_Masking):
    def __init__(
        self,
        mask_value: float = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class MaxPooling1D(_MaxPooling1D):
    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class MaxPooling2D(_MaxPooling2D):
    def __init__(
        self,
        pool_size: Any = ...,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class MaxPooling3D(_MaxPooling3D):
    def __init__(
        self,
        pool_size: Any = ...,
        strides: Any = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Maximum(_Maximum):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Minimum(_Minimum):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class MultiHeadAttention(_MultiHeadAttention):
    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Multiply(_Multiply):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Normalization(_Normalization):
    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class PReLU(_PReLU):
    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Permute(_Permute):
    def __init__(
        self,
        dims: Any,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class RMSNormalization(_RMSNormalization):
    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-06,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class RNN(_RNN):
    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class ReLU(_ReLU):
    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class RepeatVector(_RepeatVector):
    def __init__(
        self,
        n: int,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Rescaling(_Rescaling):
    def __init__(
        self,
        scale: Any,
        offset: Any = 0.0,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Reshape(_Reshape):
    def __init__(
        self,
        target_shape: Any,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class SeparableConv1D(_SeparableConv1D):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class SeparableConv2D(_SeparableConv2D):
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = ...,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = ...,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        *,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class SimpleRNN(_SimpleRNN, RNN):
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        *,
        zero_output_for_mask: bool = False,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class SimpleRNNCell(_SimpleRNNCell):
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Softmax(_Softmax):
    def __init__(
        self,
        axis: Any = -1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class SpectralNormalization(_SpectralNormalization, Wrapper):
    def __init__(
        self,
        layer: Any,
        power_iterations: int = 1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class StackedRNNCells(_StackedRNNCells):
    def __init__(
        self,
        cells: Any,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class StringLookup(_StringLookup):
    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: Any = None,
        salt: Any = None,
        *,
        oov_method: Any = "floormod",
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Subtract(_Subtract):
    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class TextVectorization(_TextVectorization):
    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class TimeDistributed(_TimeDistributed, Wrapper):
    def __init__(
        self,
        layer: Any,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class UnitNormalization(_UnitNormalization):
    def __init__(
        self,
        axis: Any = -1,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class UpSampling1D(_UpSampling1D):
    def __init__(
        self,
        size: int = 2,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class UpSampling2D(_UpSampling2D):
    def __init__(
        self,
        size: Any = ...,
        data_format: str | None = None,
        interpolation: str = "nearest",
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class UpSampling3D(_UpSampling3D):
    def __init__(
        self,
        size: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class Wrapper(_Wrapper):
    def __init__(
        self,
        layer: Any,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class ZeroPadding1D(_ZeroPadding1D):
    def __init__(
        self,
        padding: Any = 1,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class ZeroPadding2D(_ZeroPadding2D):
    def __init__(
        self,
        padding: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

class ZeroPadding3D(_ZeroPadding3D):
    def __init__(
        self,
        padding: Any = ...,
        data_format: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        batch_input_shape: Any = ...,
        batch_shape: Any = ...,
        input_dim: Any = ...,
        input_shape: Any = ...,
        remat: Any = ...,
    ) -> None: ...

AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D

__all__ = [
    "Activation",
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "ELU",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "HashedCrossing",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RNN",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "ReversibleEmbedding",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]
