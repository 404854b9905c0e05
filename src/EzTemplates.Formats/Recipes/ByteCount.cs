using System.Globalization;
using System.Text.RegularExpressions;

namespace EzTemplates.Formats.Recipes;

/// <summary>A number of bytes as people write it: <c>800MB</c>, <c>10 GB</c>, <c>1.5TB</c>, <c>2GiB</c>.</summary>
internal static partial class ByteCount
{
    /// <param name="key">Whose value it is, for the hint.</param>
    public static long Read(YamlScalar scalar, string key)
    {
        if (Form().Match(scalar.Text) is { Success: true } match
            && decimal.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            var step = match.Groups["binary"].Success ? 1024m : 1000m;
            var power = "kMGT".IndexOf(match.Groups["unit"].Value, StringComparison.Ordinal) + 1;
            for (var i = 0; i < (match.Groups["unit"].Success ? power : 0); i++)
            {
                number *= step;
            }

            return number <= long.MaxValue ? (long)number : throw scalar.Place.Fail($"`{scalar.Text}` is more than any disk has", $"{key}: 10GB");
        }

        throw scalar.Place.Fail($"`{scalar.Text}` is not a number of bytes", $"{key}: 10GB");
    }

    [GeneratedRegex("^(?<number>[0-9]{1,15}(\\.[0-9]{1,6})?) ?((?<unit>[kMGT])(?<binary>i)?)?B?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
