using System.Buffers.Text;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>The records of a pax extended header, <c>LENGTH KEY=VALUE\n</c>: those that change where a member's bytes end or its name.</summary>
internal static class PaxRecords
{
    public static void Read(ReadOnlySpan<byte> records, ref string? name, ref string? target, ref long? size)
    {
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out var digits) || length <= digits + 1 || length > records.Length
                || records[digits] != ' ' || records[length - 1] != '\n')
            {
                throw new MalformedArchiveException("a pax header has a record that is not one");
            }

            var record = records[(digits + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            var value = record[(equals + 1)..];
            switch (equals < 0 ? "" : Encoding.Latin1.GetString(record[..equals]))
            {
                case "path":
                    name = Encoding.Latin1.GetString(value);
                    break;
                case "linkpath":
                    target = Encoding.Latin1.GetString(value);
                    break;
                case "size":
                    size = Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length && number >= 0
                        ? number
                        : throw new MalformedArchiveException("a pax header has a size that is not a number");
                    break;
            }

            records = records[length..];
        }
    }
}
