namespace EzTemplates.Solver;

/// <summary>A hold's pattern: <c>*</c> stands for any characters, all others for themselves.</summary>
internal static class VersionPattern
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> version)
    {
        int p = 0, v = 0, star = -1, resume = 0;
        while (v < version.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = v;
            }
            else if (p < pattern.Length && pattern[p] == version[v])
            {
                p++;
                v++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                v = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
