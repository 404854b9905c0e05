using System.Buffers.Binary;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>rpm's database in its ndb form, as this project writes it and as anybody may have left it.</summary>
public sealed class RpmNdbTests
{
    private const int PageSize = 4096;
    private const int Slot = 16;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(254, 1)]
    [InlineData(255, 2)]
    [InlineData(1000, 4)]
    public void What_is_written_is_read_again_and_the_same_rows_are_the_same_bytes(int count, int pages)
    {
        var rows = Rows(count);
        var file = RpmNdbFile.Write(rows);
        Assert.Equal(pages, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)));
        Assert.Equal(count + 1, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(16)));
        Assert.Equal(Described(rows), Described(RpmDatabaseFile.Read(file)));
        Assert.Equal(file, RpmNdbFile.Write(rows));
    }

    [Fact]
    public void Other_packages_are_another_generation()
    {
        var (one, other) = (RpmNdbFile.Write(Rows(3)), RpmNdbFile.Write(Rows(4)));
        Assert.NotEqual(one[8..12], other[8..12]);
    }

    /// <summary>rpm leaves a free slot, and zeros in the place of the header.</summary>
    [Fact]
    public void An_erased_package_is_gone_and_those_around_it_are_there()
    {
        var file = RpmNdbFile.Write(Rows(3));
        file.AsSpan((3 * Slot) + 4, 12).Clear();
        Assert.Equal([1, 3], RpmDatabaseFile.Read(file).Select(row => row.Number));
    }

    [Theory]
    [InlineData(4, 1u, "version 0")]
    [InlineData(12, 0u, "pages of slots")]
    [InlineData(12, 0xffffffffu, "pages of slots")]
    [InlineData(2 * Slot, 0u, "its slot 2 is none")]
    [InlineData((2 * Slot) + 4, 0u, "slot 2 leads out of it")]
    [InlineData((2 * Slot) + 4, 7u, "no package 7 where its slot says")]
    [InlineData((2 * Slot) + 8, 1u, "slot 2 leads out of it")]
    [InlineData((2 * Slot) + 8, 0xffffffffu, "slot 2 leads out of it")]
    [InlineData((2 * Slot) + 12, 0u, "no package 1 where its slot says")]
    [InlineData((2 * Slot) + 12, 0xffffffffu, "slot 2 leads out of it")]
    [InlineData(PageSize, 0u, "no package 1 where its slot says")]
    [InlineData(PageSize + 12, 0xffffffffu, "package 1 is damaged")]
    [InlineData(PageSize + 16, 0xffffffffu, "package 1 is damaged")]
    public void What_is_malformed_is_told(int at, uint value, string why)
    {
        var file = RpmNdbFile.Write(Rows(3));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
        Assert.Contains(why, Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slots_of_one_package_do_not_make_many()
    {
        var file = RpmNdbFile.Write(Rows(3));
        file.AsSpan(2 * Slot, Slot).CopyTo(file.AsSpan(3 * Slot));
        Assert.Contains("lie over each other", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(file)).Message, StringComparison.Ordinal);
        var twice = RpmNdbFile.Write([.. Rows(2), Rows(1)[0]]);
        Assert.Contains("has package 1 twice", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(twice)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_copied_before_all_slots_are_known_to_lead_to_bytes_of_their_own()
    {
        var file = RpmNdbFile.Write([new RpmDatabaseRow(1, new byte[1 << 20])]);
        for (var slot = 3; slot < PageSize / Slot; slot++)
        {
            file.AsSpan(2 * Slot, Slot).CopyTo(file.AsSpan(slot * Slot));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("is damaged", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(RpmNdbFile.Write([new RpmDatabaseRow(1, new byte[(64 << 20) + 1])]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_is_told_or_does_no_harm()
    {
        var random = TestSeed.Random(nameof(RpmNdbTests));
        var whole = RpmNdbFile.Write(Rows(20));
        for (var round = 0; round < TestScale.Of(2_000, 200_000); round++)
        {
            var file = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
            for (var change = random.Next(3); change > 0 && file.Length > 4; change--)
            {
                file[random.Next(2) == 0 ? random.Next(4, Math.Min(file.Length, 24 * Slot)) : random.Next(4, file.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.True(RpmDatabaseFile.Read(file).Sum(row => row.Header.Length) <= file.Length, TestSeed.Hint);
            }
            catch (StoreException told)
            {
                Assert.StartsWith("cannot read rpm's database: ", told.Message, StringComparison.Ordinal);
            }
        }
    }

    private static RpmDatabaseRow[] Rows(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(1, count).Select(number => new RpmDatabaseRow(number, Bytes(random)))];
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(20_000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static IEnumerable<string> Described(IEnumerable<RpmDatabaseRow> rows) => rows.Select(row => $"{row.Number} {Convert.ToHexString(row.Header)}");
}
