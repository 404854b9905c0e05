using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace EzTemplates.Formats;

/// <summary>
/// bzip2 through SharpCompress. On damaged data its decoder fails in many ways (index errors among them) and some read on after the
/// end, so what it throws is told as one failure, and the source's own failures pass as they are.
/// </summary>
internal sealed class Bzip2DecoderStream(Stream source, DecompressionOptions options) : ForwardStream
{
    private readonly SourceGuard _source = new(source);
    private Stream? _decoder;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            _decoder ??= BZip2Stream.Create(_source, CompressionMode.Decompress, decompressConcatenated: !options.AsDpkg, leaveOpen: true);
            return _decoder.Read(buffer);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (_source.Failure is not null)
            {
                throw _source.Failure;
            }

            throw new MalformedArchiveException(
                _source.Ended ? "bzip2 data is cut short or damaged" : $"bzip2 data is damaged ({failure.Message})", failure);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Reads ahead in large pieces (the decoder asks byte by byte) and remembers what went wrong below.</summary>
    private sealed class SourceGuard(Stream source) : ForwardStream
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _start;
        private int _end;

        public bool Ended { get; private set; }

        public Exception? Failure { get; private set; }

        public override int ReadByte() => Available() ? _buffer[_start++] : -1;

        public override int Read(Span<byte> buffer)
        {
            if (!Available())
            {
                return 0;
            }

            var count = Math.Min(buffer.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            return count;
        }

        private bool Available()
        {
            if (_start == _end && !Ended)
            {
                try
                {
                    (_start, _end) = (0, source.Read(_buffer));
                }
                catch (Exception failure)
                {
                    Failure = failure;
                    throw;
                }

                Ended = _end == 0;
            }

            return _start < _end;
        }
    }
}
