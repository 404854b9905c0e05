using System.Globalization;
using System.Text.RegularExpressions;

namespace EzTemplates.Formats.Recipes;

/// <summary>A time as people write it: <c>90s</c>, <c>45min</c>, <c>2h</c>; at least a second, and at most a week.</summary>
internal static partial class Duration
{
    private static readonly TimeSpan Most = TimeSpan.FromDays(7);

    public static TimeSpan Read(YamlScalar scalar)
    {
        if (Form().Match(scalar.Text) is { Success: true } match)
        {
            var number = int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            var time = match.Groups["unit"].Value switch
            {
                "h" => TimeSpan.FromHours(number),
                "min" => TimeSpan.FromMinutes(number),
                _ => TimeSpan.FromSeconds(number),
            };
            if (time > TimeSpan.Zero && time <= Most)
            {
                return time;
            }
        }

        throw scalar.Place.Fail($"`{scalar.Text}` is not a time from `1s` to `168h`", "time: 30min");
    }

    [GeneratedRegex("^(?<number>[0-9]{1,6}) ?(?<unit>s|min|h)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
