using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Feeds a native decoder from a stream: large reads into one pinned buffer, output straight into the caller's. The decoder moves
/// along both and says whether it has ended.
/// </summary>
internal abstract class NativeDecoderStream(Stream source) : ForwardStream
{
    private const int InputSize = 256 * 1024;

    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(InputSize, pinned: true);
    private int _start;
    private int _end;
    private bool _sourceEnded;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        while (!_ended && !buffer.IsEmpty)
        {
            if (_start == _end && !_sourceEnded)
            {
                _start = 0;
                _end = source.Read(_input);
                _sourceEnded = _end == 0;
            }

            _ended = Decode(_input.AsSpan(_start, _end - _start), buffer, _sourceEnded, out var consumed, out var produced);
            _start += consumed;
            if (produced > 0)
            {
                return produced;
            }
        }

        return 0;
    }

    /// <summary>
    /// Decodes some of <paramref name="input"/>; <paramref name="last"/> says that the source has no more. Must consume or produce
    /// something, end, or throw when <paramref name="last"/> is set: a decoder that does neither would be asked for ever.
    /// </summary>
    /// <returns>True once there is no more output.</returns>
    protected abstract bool Decode(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced);

    /// <summary>The failure for a library that is not there.</summary>
    internal static EzException Missing(string library, string debianPackage, Exception? inner) =>
        new(FailureKind.Environment, $"cannot decompress: the system's library `{library}` cannot be loaded", $"apt-get install {debianPackage}", inner);

    /// <summary>Loads a library for good, or says which package holds it.</summary>
    internal static nint Load(string library, string debianPackage) =>
        NativeLibrary.TryLoad(library, typeof(NativeDecoderStream).Assembly, DllImportSearchPath.SafeDirectories, out var handle)
            ? handle
            : throw Missing(library, debianPackage, null);
}
