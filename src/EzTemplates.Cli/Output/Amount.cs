using System.Globalization;

namespace EzTemplates.Cli.Output;

/// <summary>Numbers as people read them; decimal units, as disks and networks are sold.</summary>
public static class Amount
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1000 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        var number = unit == 0 || value >= 10 ? "0" : "0.0";
        return value.ToString(number, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    public static string Count(long number, string noun) => Count(number, noun, noun + "s");

    public static string Count(long number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:#,0} {(number == 1 ? one : many)}");

    public static string Seconds(TimeSpan elapsed) =>
        elapsed.TotalSeconds < 10
            ? string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s");
}
