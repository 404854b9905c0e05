using System.Globalization;

namespace EzTemplates.Formats;

/// <summary>The dates of Release files: <c>Sat, 11 Jul 2026 10:16:37 UTC</c> (RFC 2822 3.3 with the zones apt takes, and numeric ones).</summary>
public static class ReleaseDate
{
    private static readonly string[] Formats = ["d MMM yyyy H:mm:ss", "dd MMM yyyy H:mm:ss"];

    public static bool TryParse(string text, out DateTimeOffset date)
    {
        date = default;
        var words = text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).AsSpan();

        // The day of the week is decoration: apt does not compare it with the date either.
        if (words is [[.., ','], ..])
        {
            words = words[1..];
        }

        if (words.Length != 5 || !TryZone(words[4], out var zone))
        {
            return false;
        }

        var day = string.Join(' ', words[..4]!);
        if (!DateTime.TryParseExact(day, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            || local.Ticks - zone.Ticks < 0 || local.Ticks - zone.Ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        date = new DateTimeOffset(local, zone);
        return true;
    }

    private static bool TryZone(string text, out TimeSpan zone)
    {
        zone = TimeSpan.Zero;
        if (text is "UTC" or "GMT" or "Z")
        {
            return true;
        }

        if (text is not ['+' or '-', _, _, _, _] || text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return false;
        }

        var hours = int.Parse(text.AsSpan(1, 2), CultureInfo.InvariantCulture);
        var minutes = int.Parse(text.AsSpan(3, 2), CultureInfo.InvariantCulture);
        zone = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return hours <= 14 && minutes < 60 && zone.Duration() <= TimeSpan.FromHours(14);
    }
}
