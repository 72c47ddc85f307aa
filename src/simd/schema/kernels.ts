import * as batchNorm from "./batch-norm.ts";
import * as conv from "./conv.ts";
import * as copy from "./copy.ts";
import * as crop from "./crop.ts";
import * as depthwise from "./depthwise.ts";
import * as elementWise from "./element-wise.ts";
import * as gemm from "./gemm.ts";
import * as layerNorm from "./layer-norm.ts";
import { type FamilyKernel, KERNEL_FAMILIES, type KernelFamily, OPERATIONS } from "./operations.ts";
import * as optimizers from "./optimizers.ts";
import * as pool from "./pool.ts";
import * as program from "./program.ts";
import * as recurrent from "./recurrent.ts";
import * as reduce from "./reduce.ts";
import * as scan from "./scan.ts";
import * as segment from "./segment.ts";
import * as winograd from "./winograd.ts";
import type { Words } from "./words.ts";

/** Every list of words, by the name of its class in the module. */
export const LISTS: Readonly<Record<string, Words>> = {
  ...conv,
  ...winograd,
  ...depthwise,
  ...gemm,
  ...elementWise,
  ...copy,
  ...reduce,
  ...scan,
  ...segment,
  ...pool,
  ...batchNorm,
  ...optimizers,
  ...recurrent,
  ...layerNorm,
  ...crop,
  ...program,
};

/** The kernels of a family, all of which take the same words. */
function kernelsOf<Family extends KernelFamily, List extends Words>(
  family: Family,
  list: List,
): Record<FamilyKernel<Family>, List> {
  const names = OPERATIONS[family].map((op) => [`${op}_${KERNEL_FAMILIES[family]}`, list]);
  return Object.fromEntries(names) as Record<FamilyKernel<Family>, List>;
}

/** Every kernel that the module exports, with the words that it takes. */
export const KERNELS = {
  conv2d_pad_f32: conv.Conv2dPad,
  conv2d_pack_filter_f32: conv.Conv2dPackFilter,
  conv2d_f32: conv.Conv2d,
  conv2d_filter_gradient_f32: conv.Conv2dFilterGradient,
  conv2d_filter_gradient_sum_f32: conv.Conv2dFilterGradientSum,
  winograd_filter_f32: winograd.WinogradFilter,
  winograd_turned_filter_f32: winograd.WinogradFilter,
  winograd_conv2d_f32: winograd.WinogradConv2d,
  winograd_gradient_chunk_f32: winograd.WinogradGradientChunk,
  winograd_input_f32: winograd.WinogradInput,
  winograd_output_gradient_f32: winograd.WinogradOutputGradient,
  winograd_gradient_product_f32: winograd.WinogradGradientProduct,
  winograd_filter_gradient_f32: winograd.WinogradFilterGradient,
  depthwise_conv2d_f32: depthwise.DepthwiseConv2d,
  depthwise_conv2d_filter_gradient_f32: depthwise.DepthwiseFilterGradient,
  depthwise_filter_gradient_sum_f32: depthwise.DepthwiseFilterGradientSum,
  depthwise_repeat_f32: depthwise.DepthwiseRepeat,
  depthwise_repeat_sum_f32: depthwise.DepthwiseRepeat,
  gemm_f32: gemm.Gemm,
  few_rows_f32: gemm.FewRows,
  few_rows_transposed_f32: gemm.FewRows,
  gemm_sum_f32: gemm.GemmSum,
  multiply_add_peak_f32: gemm.MultiplyAddPeak,
  activation_gradient_f32: elementWise.ActivationGradient,
  ...kernelsOf("Unary", elementWise.Unary),
  ...kernelsOf("UnaryInt", elementWise.UnaryInt),
  ...kernelsOf("Predicate", elementWise.Predicate),
  ...kernelsOf("Binary", elementWise.Binary),
  ...kernelsOf("BinaryInt", elementWise.Binary),
  ...kernelsOf("BinaryBool", elementWise.Binary),
  ...kernelsOf("Conversion", elementWise.Cast),
  select_32: elementWise.Select,
  fill_32: elementWise.Fill,
  fill_8: elementWise.Fill,
  seeded_dropout_f32: elementWise.SeededDropout,
  copy_32: copy.Copy,
  copy_8: copy.Copy,
  transpose_32: copy.Transpose,
  gather_32: copy.Gather,
  gather_8: copy.Gather,
  one_hot_f32: copy.OneHot,
  ...kernelsOf("Fold", reduce.Fold),
  ...kernelsOf("FoldInt", reduce.Fold),
  fold_bool: reduce.FoldBool,
  arg_max_f32: reduce.ArgMax,
  softmax_f32: reduce.Softmax,
  segment_sum_32: segment.SegmentSum,
  weighted_rows_f32: scan.WeightedRows,
  weighted_pairs_f32: scan.WeightedRows,
  crop_and_resize_f32: crop.CropAndResize,
  cumulate_32: scan.Cumulate,
  top_k_f32: scan.TopK,
  local_response_f32: scan.LocalResponse,
  local_response_gradient_f32: scan.LocalResponseGradient,
  sparse_cross_entropy_f32: reduce.SparseCrossEntropy,
  sparse_cross_entropy_gradient_f32: reduce.SparseCrossEntropyGradient,
  max_pool_f32: pool.Pool,
  avg_pool_f32: pool.Pool,
  max_pool_narrow_f32: pool.Pool,
  avg_pool_narrow_f32: pool.Pool,
  max_pool_grad_f32: pool.Pool,
  avg_pool_grad_f32: pool.Pool,
  max_pool_2x2_f32: pool.Pool,
  max_pool_2x2_grad_f32: pool.Pool,
  batch_norm_f32: batchNorm.BatchNorm,
  batch_norm_moments_f32: batchNorm.BatchNormMoments,
  batch_norm_combine_f32: batchNorm.BatchNormCombine,
  batch_norm_apply_f32: batchNorm.BatchNormApply,
  batch_norm_max_pool_2x2_f32: batchNorm.BatchNormMaxPool,
  batch_norm_gradient_sums_f32: batchNorm.BatchNormGradientSums,
  batch_norm_gradient_combine_f32: batchNorm.BatchNormGradientCombine,
  batch_norm_gradient_apply_f32: batchNorm.BatchNormGradientApply,
  bias_activation_gradient_f32: batchNorm.BiasActivationGradient,
  bias_gradient_sum_f32: batchNorm.BiasGradientSum,
  layer_norm_f32: layerNorm.LayerNorm,
  layer_norm_gradient_f32: layerNorm.LayerNormGradient,
  layer_norm_gradient_sum_f32: layerNorm.LayerNormGradientSum,
  adam_update_f32: optimizers.AdamUpdate,
  sgd_update_f32: optimizers.SgdUpdate,
  stock_update_f32: optimizers.StockUpdate,
  lstm_step_f32: recurrent.LstmStep,
  lstm_step_gradient_f32: recurrent.LstmStepGradient,
  gru_gates_f32: recurrent.GruStep,
  gru_state_f32: recurrent.GruStep,
  gru_state_gradient_f32: recurrent.GruStepGradient,
  gru_gates_gradient_f32: recurrent.GruStepGradient,
  rnn_step_f32: recurrent.RnnStep,
  rnn_step_gradient_f32: recurrent.RnnStepGradient,
  check_range_32: program.CheckRange,
} as const satisfies Readonly<Record<string, Words>>;

/** The name of a kernel of the module. */
export type KernelName = keyof typeof KERNELS;
