using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>What scripts said as UTF-8 with nothing in it that would steer a terminal: control characters, and bytes that are no text, become question marks.</summary>
internal static class PrintableText
{
    private const int BlockSize = 1 << 16;

    public static char Of(char said) => char.IsControl(said) && said is not ('\t' or '\n') ? '?' : said;

    /// <summary>Copies the last bytes of a file, with a line's end at their end.</summary>
    /// <param name="most">How many: a file may be said to be longer than what was written to it.</param>
    public static void Copy(SafeFileHandle file, long most, Stream target)
    {
        var encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("?"));
        var decoder = encoding.GetDecoder();
        var (bytes, chars) = (new byte[BlockSize], new char[encoding.GetMaxCharCount(BlockSize)]);
        using var writer = new StreamWriter(target, leaveOpen: true);
        var (last, returns) = ('\n', 0);
        var end = RandomAccess.GetLength(file);
        for (var at = Math.Max(0, end - most); at < end;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(0, (int)Math.Min(BlockSize, end - at)), at);
            at = read == 0 ? end : at + read;
            foreach (var said in chars.AsSpan(0, decoder.GetChars(bytes, 0, read, chars, 0, flush: at == end)))
            {
                if (said == '\r')
                {
                    returns++;
                    continue;
                }

                // Before the end of a line they are a part of it.
                writer.Write(said == '\n' ? "" : new string('?', returns));
                writer.Write(Of(said));
                (last, returns) = (said, 0);
            }
        }

        writer.Write(last == '\n' ? "" : "\n");
    }
}
